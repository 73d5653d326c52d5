import IMAPSession
import IMAPSyntax
import MIMEParsing
import MailModel

extension MessageExcerpt {
    /// Of messages shorter than this the whole is fetched without asking what it is made of.
    static let shortest = 64 * 1_024

    /// - Returns: `nil` where the whole message is to be fetched.
    init?(_ structure: BodyStructure?, size: Int) {
        guard let structure else { return nil }
        self.init(of: PartSketch(structure), size: size)
    }

    /// What to ask for.
    var items: [FetchItem] { [.uid] + sections.map { .bodyPeek(BodySection($0), partial: nil) } }

    /// The bytes of the excerpt, of what came.
    func message(of fetched: FetchedMessage) -> [UInt8]? {
        var contents: [Section: [UInt8]] = [:]
        for section in sections { contents[section] = fetched.body(BodySection(section)) }
        return message(of: contents)
    }
}

extension PartSketch {
    fileprivate init(_ structure: BodyStructure) {
        let parts = structure.isMultipart ? structure.parts.map(PartSketch.init) : []
        self.init(mediaType: structure.mediaType, encoding: structure.encoding, size: structure.size, parts: parts)
    }
}

extension BodySection {
    fileprivate init(_ section: MessageExcerpt.Section) {
        switch section {
        case .header: self = .header
        case .partHeader(let path): self = .partMIME(path)
        case .content(let path): self = .part(path)
        }
    }
}
