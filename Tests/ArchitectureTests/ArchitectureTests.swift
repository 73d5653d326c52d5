import Foundation
import Testing

/// The table of DESIGN §1, held against the sources: SwiftPM lets transitive imports through.
@Suite struct ArchitectureTests {
    @Test func everyImportIsInTheTable() throws {
        let files = try Repository.swiftFiles()
        #expect(files.count > 100, "the sources were found")
        let objections = files.flatMap { file in
            file.imports.compactMap { module in
                ImportTable.objection(to: module, in: file.target).map { "\(file.path): \($0)" }
            }
        }
        #expect(objections.isEmpty, "\(objections.sorted().joined(separator: "\n"))")
    }

    @Test func aWrongImportIsCaught() {
        let text = """
            // import NIOPosix
            import MailModel
            @preconcurrency import NIOPosix
            public import struct GRDB.Database
                import Foundation
            let important = "import TOMLKit"
            """
        let imports = SourceFile.imports(in: text)
        #expect(imports == ["MailModel", "NIOPosix", "GRDB", "Foundation"])
        #expect(imports.compactMap { ImportTable.objection(to: $0, in: "IMAPSession") }.count == 2)
        #expect(imports.compactMap { ImportTable.objection(to: $0, in: "MailTransport") }.count == 1)
        #expect(ImportTable.objection(to: "MailModel", in: "NewTarget") != nil)
        #expect(ImportTable.objection(to: "Daemon", in: "ActionExecutor") != nil, "no back doors")
        #expect(ImportTable.objection(to: "NIOCore", in: "MailModel") != nil)
    }

    @Test func everyTargetHasARow() throws {
        let known = Set(ImportTable.rows.keys).union(ImportTable.cTargets.keys).union(ImportTable.systemLibraries)
        #expect(Set(try Repository.targets()) == known)
    }

    @Test func theTableHasNoCircle() {
        func reachable(from target: String, _ seen: inout Set<String>) {
            for next in ImportTable.rows[target] ?? [] where seen.insert(next).inserted { reachable(from: next, &seen) }
        }
        for target in ImportTable.rows.keys {
            var seen: Set<String> = []
            reachable(from: target, &seen)
            #expect(!seen.contains(target), "\(target) leads back to itself")
        }
    }

    @Test func whatOneTargetOwnsNoOtherImports() throws {
        let files = try Repository.swiftFiles()
        for (module, owners) in ImportTable.owned {
            let importers = Set(files.filter { $0.imports.contains(module) }.map(\.target))
            #expect(importers.isSubset(of: owners), "\(module) is imported by \(importers.sorted())")
        }
    }

    @Test func whatIsImportedIsDeclared() throws {
        let manifest = Manifest(try Repository.text("Package.swift"))
        #expect(manifest.dependencies.count > 15, "the manifest was read")
        let standard = ImportTable.common.subtracting(["Logging", "Metrics", "MailModel"])
        for file in try Repository.swiftFiles() {
            let declared = manifest.dependencies[file.target] ?? []
            let missing = file.imports.subtracting(standard).subtracting(declared)
            #expect(missing.isEmpty, "\(file.path) imports \(missing.sorted()), which Package.swift does not declare")
        }
    }

    @Test func whatIsDeclaredIsImported() throws {
        let files = try Repository.swiftFiles()
        for (target, declared) in Manifest(try Repository.text("Package.swift")).dependencies {
            let used = Set(files.filter { $0.target == target }.flatMap(\.imports))
            guard !used.isEmpty else { continue }
            #expect(
                declared.isSubset(of: used),
                "\(target) declares \(declared.subtracting(used).sorted()) and imports none")
        }
    }

    // MARK: C

    @Test(arguments: ImportTable.cTargets.keys.sorted()) func functionsOfAShimBearItsPrefix(_ target: String) throws {
        let prefix = try #require(ImportTable.cTargets[target]?.prefix)
        let headers = try Repository.files(under: "Sources/\(target)/include", ending: ".h")
        #expect(!headers.isEmpty)
        for header in headers {
            let names = CDeclarations.functions(in: try Repository.text(header))
            let foreign = names.filter { !$0.hasPrefix(prefix) }
            #expect(foreign.isEmpty, "\(header) declares \(foreign)")
        }
    }

    @Test func aForeignFunctionInAHeaderIsCaught() {
        let header = """
            #include <stdint.h>
            /* int old_name(void); */
            // int older(void);
            typedef void (*rule_callback)(void *context);
            int rule_open(struct rule_state **out, const char *name);
            const char *lookup(int key);
            """
        #expect(CDeclarations.functions(in: header) == ["rule_open", "lookup"])
    }
}

/// The functions that a C header declares.
enum CDeclarations {
    static func functions(in text: String) -> [String] {
        var code = text.replacing(/\/\*[\s\S]*?\*\//, with: "").replacing(/\/\/[^\n]*/, with: "")
        code = code.replacing(/(?m)^\s*#[^\n]*(\\\n[^\n]*)*$/, with: "")
        return code.split(separator: ";").compactMap { statement in
            guard !statement.contains("typedef"), !statement.contains("{") else { return nil }
            return statement.firstMatch(of: /(\w+)\s*\([^*]/).map { String($0.1) }
        }
    }
}
