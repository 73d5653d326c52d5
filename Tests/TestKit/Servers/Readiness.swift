/// Whether a server that was just started serves already.
enum Readiness {
    /// Connects until a line comes that begins with the greeting; `false` when the server ended first, or after ten
    /// seconds.
    static func wait(port: Int, greeting: String, server: ServerProcess) -> Bool {
        awaited(within: .seconds(10)) { () -> Bool? in
            if let connection = LineConnection(port: port), let line = try? connection.readLine() {
                if line.hasPrefix(greeting) { return true }
            }
            return server.isRunning ? nil : false
        } ?? false
    }
}
