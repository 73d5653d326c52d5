extension Prelude {
    /// `regex`, `state`, `seen_before`, `rate`, `list`, `now`, `print`.
    static let helpers = #"""
        local host = ...
        local api = host.api

        local expression = {
            match = function(self, text) return host.expressionMatch(self, text) end,
            test = function(self, text) return host.expressionTest(self, text) end,
        }
        host.kind(host.kinds.expression, {
            __index = function(_, name)
                return expression[name] or host.unknownField("a regex", tostring(name), host.known.expression)
            end,
            __newindex = function() host.misused("readonly", "a regex") end,
            __tostring = function(value) return host.describe(value) end,
        })
        function api.regex(pattern, options) return host.regex(pattern, options) end

        api.state = setmetatable({}, {
            __index = function(_, key) return host.stateGet(key) end,
            __newindex = function(_, key, value) host.stateSet(key, value) end,
            __pairs = function()
                local keys, index = host.stateKeys(), 0
                return function()
                    index = index + 1
                    if keys[index] then return keys[index], host.stateGet(keys[index]) end
                end
            end,
            __metatable = false,
        })
        function api.seen_before(key, age) return host.seenBefore(key, age) end
        function api.rate(key, count, age) return host.rate(key, count, age) end

        -- Lists are read while the rules load, so there are few; each is looked through once.
        local entries = {}
        local function has(list, value)
            local known = entries[list]
            if not known then
                known = {}
                for _, entry in ipairs(list) do known[string.lower(entry)] = true end
                entries[list] = known
            end
            return known[string.lower(tostring(value))] == true
        end
        host.metatable("list", {
            __index = function(_, name)
                if name == "has" then return has end
                if math.type(name) == "integer" then return nil end
                return host.unknownField("a list", tostring(name), host.known.list)
            end,
            __newindex = function() host.misused("readonly", "a list") end,
            __metatable = false,
        })
        api.list = host.sealed("list", {
            file = function(name) return host.list(name) end,
            vcard = function(name) return host.vcard(name) end,
        })

        function api.now() return host.now() end

        function api.print(...)
            local texts = table.pack(...)
            for index = 1, texts.n do texts[index] = tostring(texts[index]) end
            host.print(table.concat(texts, "\t", 1, texts.n))
        end
        """#
}
