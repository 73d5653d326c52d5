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
        local started = {}
        -- The files that run now, each required by the one before; and those that failed since the first began.
        local running, failed = {}, {}

        -- Calls the function when the block of the variable ends, with the error that ended it.
        local function at_end(body)
            return setmetatable({}, { __close = function(_, problem) body(problem) end })
        end

        -- Runs a file once, however often it is named.
        local function run_file(name, source)
            if modules[name] ~= nil then return modules[name] end
            for index, file in ipairs(running) do
                if file == name then
                    local circle = table.concat(running, " requires ", index)
                    error("require goes round in a circle: " .. circle .. " requires " .. name, 0)
                end
            end
            if started[name] then error(name .. " did not load", 0) end
            started[name] = true
            table.insert(running, name)
            local _ <close> = at_end(function(problem)
                table.remove(running)
                failed[name] = problem
            end)
            local chunk, message = host.compile(name, source)
            if not chunk then error(message, 0) end
            local value = chunk()
            if value == nil then value = true end
            modules[name] = value
            return value
        end

        local told = {}
        function host.load_file(name, source)
            if told[name] then return end
            -- Once more if it failed while nobody heard of it.
            if modules[name] == nil then started[name] = nil end
            failed = {}
            local _ <close> = at_end(function(problem)
                if problem == nil then return end
                for file, reason in pairs(failed) do told[file] = reason == problem or nil end
            end)
            run_file(name, source)
        end

        function api.require(name)
            return (run_file(host.module(name)))
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
