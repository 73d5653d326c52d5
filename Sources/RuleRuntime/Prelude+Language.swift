extension Prelude {
    /// What rule files see as their globals: the sandbox's, and what the other parts add to `api`.
    static let language = #"""
        local host = ...
        local api = {}
        host.api = api
        for name, value in pairs(_ENV) do api[name] = value end

        local environment = {}
        setmetatable(api, {
            __index = function(_, name) return host.unknownGlobal(name, host.why_missing(name)) end,
        })
        setmetatable(environment, {
            __index = api,
            __newindex = function(_, name) host.misused("global", tostring(name)) end,
            __pairs = function() return pairs(api) end,
            __metatable = false,
        })
        host.environment(environment)

        -- A table whose reads are checked and that cannot be changed.
        function host.sealed(name, values)
            local known = {}
            for key in pairs(values) do known[#known + 1] = tostring(key) end
            return setmetatable({}, {
                __index = function(_, key)
                    local value = values[key]
                    if value == nil then host.unknownField(name, tostring(key), known) end
                    return value
                end,
                __newindex = function() host.misused("readonly", name) end,
                __pairs = function() return pairs(values) end,
                __metatable = false,
            })
        end

        local modules = {}

        -- Runs a file once, however often it is named.
        function host.run_file(name, source)
            local known = modules[name]
            if known ~= nil then
                if known == modules then error("require goes round in a circle through " .. name, 0) end
                return known
            end
            local chunk, message = host.compile(name, source)
            if not chunk then error(message, 0) end
            modules[name] = modules
            local value = chunk()
            if value == nil then value = true end
            modules[name] = value
            return value
        end

        function api.require(name)
            return (host.run_file(host.module(name)))
        end

        local definitions = {}
        host.definitions = definitions

        function api.rule(name)
            host.pending(name)
            return function(definition)
                local index = host.rule(name, definition)
                definitions[index] = { when = definition.when, run = definition.run }
            end
        end
        """#
}
