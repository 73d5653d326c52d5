/// Which certificates a client takes for roots of trust.
public enum TLSTrust: Sendable, Hashable {
    /// The system's store, with its updates.
    case system
    /// Only those in this PEM file: authorities, intermediates, or the server's own certificate.
    case file(String)
}
