import Foundation
import Testing

@testable import Accounts

@Suite struct ConfigurationLocateTests {
    @Test func whatIsAskedForWins() throws {
        let environment = ["POSTMOON_CONFIG": "/env.toml"]
        #expect(try Configuration.locate(explicit: "given.toml", environment: environment) == "given.toml")
        #expect(try Configuration.locate(explicit: nil, environment: environment) == "/env.toml")
        #expect(try Configuration.locate(explicit: "", environment: environment) == "/env.toml")
    }

    @Test func theUsualPlacesAreLookedAt() throws {
        let folder = try ConfigurationFolder()
        for variable in ["XDG_CONFIG_HOME", "HOME"] {
            let base = variable == "HOME" ? "\(folder.path)/.config" : folder.path
            try FileManager.default.createDirectory(atPath: "\(base)/postmoon", withIntermediateDirectories: true)
            let file = "\(base)/postmoon/postmoon.toml"
            try Data().write(to: URL(fileURLWithPath: file))
            #expect(try Configuration.locate(explicit: nil, environment: [variable: folder.path]) == file)
        }
    }

    @Test func nowhereNamesThePlaces() throws {
        let folder = try ConfigurationFolder()
        let error = try #require(throws: ConfigurationError.self) {
            _ = try Configuration.locate(
                explicit: nil, environment: ["HOME": folder.path, "XDG_CONFIG_HOME": "relative"])
        }
        let place = "\(folder.path)/.config/postmoon/postmoon.toml"
        #expect(
            error.problems.map(\.message) == [
                "there is no configuration; looked for \(place) and /etc/postmoon/postmoon.toml. "
                    + "`postmoon init` writes one, --config FILE names another"
            ])
    }
}
