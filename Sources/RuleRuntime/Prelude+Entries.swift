extension Prelude {
    /// What the host calls.
    static let entries = #"""
        local host = ...
        local names = {}
        for name in pairs(host.api) do names[#names + 1] = name end
        host.names(names)

        function host.entries.load(name, source) host.load_file(name, source) end

        function host.entries.when(index)
            host.forget()
            local value = host.definitions[index].when(host.message)
            if value == nil then return false end
            if type(value) == "userdata" or type(value) == "boolean" then return value end
            return true
        end

        function host.entries.run(index)
            host.forget()
            return (host.definitions[index].run(host.message))
        end
        """#
}
