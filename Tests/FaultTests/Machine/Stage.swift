import Foundation
import MailModel
import TestKit

@testable import Accounts
@testable import Daemon

/// A scenario that is ready to begin: its configuration, and the state folder after the program's first look.
final class Stage: Sendable {
    let scenario: Scenario
    private let folder: ScratchFolder
    private let configuration: Configuration

    private var template: String { folder.path + "/template" }

    init(_ scenario: Scenario) async throws {
        self.scenario = scenario
        folder = try ScratchFolder()
        try folder.write("rules/rules.lua", scenario.rules)
        var text = "rules = \"rules\"\nstate = \"state\"\n\(scenario.settings)\n\n"
        for account in scenario.accounts.keys.sorted() {
            try folder.write("\(account).secret", "secret\n")
            text += """
                [accounts.\(account)]
                user = "jane"
                address = "jane@\(account == "home" ? "example.org" : "work.example")"
                password = { file = "\(account).secret" }
                imap = { host = "\(World.Host.imap(account))", port = 143, security = "none" }
                smtp = { host = "\(World.Host.submission)", port = 587, security = "none" }
                \(account == "home" ? scenario.accountLines : "")

                """
        }
        try folder.write("postmoon.toml", text + scenario.configuration)
        configuration = try Configuration.load(folder.path + "/postmoon.toml", environment: [:])
        let world = try World(scenario, configuration, template: nil, breakage: nil)
        let faults = await world.turn()
        guard faults.isEmpty else { throw Unready(description: "\(scenario.name): \(faults)") }
        await world.stop()
        try FileManager.default.copyItem(atPath: world.folder.path + "/state", toPath: template)
    }

    struct Unready: Error, CustomStringConvertible {
        var description: String
    }

    func world(_ breakage: Breakage?, cutter: ByteCutter? = nil) throws -> World {
        try World(scenario, configuration, template: template, breakage: breakage, byteCutter: cutter)
    }
}
