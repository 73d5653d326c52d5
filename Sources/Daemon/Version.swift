/// The program's version, as ID and `--version` give it.
public let programVersion = "0.1.0"
