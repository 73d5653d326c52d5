import Foundation

/// `MIMEBenchmark RUNS PACK...` prints a line for each pack: name, messages, bytes, characters of header texts, bytes
/// of text, bytes of files, median seconds of RUNS runs. As `gmime-side.c` does.
@main
struct MIMEBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let runs = arguments.first.flatMap({ Int($0) }), runs > 0, arguments.count > 1 else {
            FileHandle.standardError.write(Data("usage: MIMEBenchmark RUNS PACK...\n".utf8))
            exit(2)
        }
        for path in arguments.dropFirst() {
            let pack = try Pack(path: path)
            var work = Work()
            var times: [Double] = []
            // The first run warms up and is not counted.
            for run in 0...runs {
                work = Work()
                let start = processorTime()
                for message in pack.messages { work.read(message) }
                if run > 0 { times.append(processorTime() - start) }
            }
            let median = String(format: "%.9f", times.sorted()[runs / 2])
            print(pack.name, pack.messages.count, pack.size, work.header, work.text, work.file, median)
        }
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
