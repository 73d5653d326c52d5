import Foundation

/// Messages one behind the other in a file, each after a line with its length.
struct Pack {
    let name: String
    let messages: [[UInt8]]
    let size: Int

    init(path: String) throws {
        let url = URL(filePath: path)
        name = url.deletingPathExtension().lastPathComponent
        let bytes = [UInt8](try Data(contentsOf: url))
        var messages: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            var length = 0
            while bytes[position] != UInt8(ascii: "\n") {
                length = length * 10 + Int(bytes[position] - UInt8(ascii: "0"))
                position += 1
            }
            position += 1
            messages.append(Array(bytes[position..<(position + length)]))
            position += length
        }
        self.messages = messages
        size = messages.reduce(0) { $0 + $1.count }
    }
}
