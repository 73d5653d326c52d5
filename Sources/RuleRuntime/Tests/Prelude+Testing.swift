extension Prelude {
    /// `test`, `message` and `file`, for test files alone; there are no rules in them.
    static let testing = #"""
        local host = ...
        local api = host.api

        -- What `message` and `file` made, with its number at the host.
        local samples = {}
        local readonly = {
            __newindex = function() host.misused("readonly", "a message") end,
            __metatable = false,
        }
        local function sample(number)
            local value = setmetatable({}, readonly)
            samples[value] = number
            return value
        end

        function api.message(fields) return sample(host.testMessage(fields)) end
        function api.file(name, options) return sample(host.testFile(name, options)) end
        function api.test(name)
            host.testPending(name)
            return function(definition)
                local message, earlier = nil, {}
                if type(definition) == "table" then
                    message = definition.message
                    if type(definition.before) == "table" then
                        for index, value in ipairs(definition.before) do earlier[index] = samples[value] or -1 end
                    end
                end
                host.testCase(name, definition, message and samples[message], earlier)
            end
        end
        function api.rule()
            return host.misused("testing")
        end

        local names = {}
        for name in pairs(api) do names[#names + 1] = name end
        host.names(names)
        """#
}
