extension Prelude {
    /// `m`: its fields are fetched from the host when first read by a rule, its methods plan actions.
    static let message = #"""
        local host = ...

        local function unknown(owner, known)
            return function(_, name)
                if math.type(name) == "integer" then return nil end
                return host.unknownField(owner, tostring(name), known)
            end
        end
        local function readonly(name)
            return function() host.misused("readonly", name) end
        end
        local function printed(address) return rawget(address, "header") end
        host.metatable("address", {
            __index = unknown("an address", host.known.address),
            __newindex = readonly "an address",
            __tostring = printed,
            __concat = function(left, right) return tostring(left) .. tostring(right) end,
            __metatable = false,
        })
        host.metatable("addresses", {
            __index = unknown("a list of addresses", {}),
            __newindex = readonly "a list of addresses",
            __tostring = function(list)
                local texts = {}
                for index, address in ipairs(list) do texts[index] = tostring(address) end
                return table.concat(texts, ", ")
            end,
            __concat = function(left, right) return tostring(left) .. tostring(right) end,
            __metatable = false,
        })
        -- A list of names, and each name true; flags are changed by m:mark, never here.
        local function flags(names)
            local known = {}
            for _, name in ipairs(names) do known[string.lower(name)] = true end
            return setmetatable({}, {
                __index = function(_, name)
                    if math.type(name) == "integer" then return names[name] end
                    return known[string.lower(tostring(name))] == true
                end,
                __len = function() return #names end,
                __pairs = function() return pairs(names) end,
                __newindex = function() host.misused("flags") end,
                __metatable = false,
            })
        end

        local message = {}
        local cache = {}
        local methods = {}
        host.results = {}
        for _, name in ipairs(host.actions) do
            -- What a method gives back, so that `m:move "A" { after = "1d" }` can be told.
            local done = setmetatable({}, {
                __call = function() return host.misused("method", name) end,
                __metatable = false,
            })
            host.results[done] = true
            methods[name] = function(self, ...)
                if self ~= message then return host.misused("dot", name) end
                cache.flags = nil
                host.perform(name, ...)
                return done
            end
        end
        function methods.stop(self)
            if self ~= message then return host.misused("dot", "stop") end
            return host.stop()
        end
        function methods.is(self, ...)
            if self ~= message then return host.misused("dot", "is") end
            return host.ask(...)
        end
        function methods.header_all(self, name)
            if self ~= message then return host.misused("dot", "header_all") end
            return host.headerAll(name)
        end

        local headers = setmetatable({}, {
            __index = function(_, name) return host.header(name) end,
            __newindex = readonly "m.headers",
            __pairs = function()
                local list, index = host.headers(), 0
                return function()
                    index = index + 1
                    if list[index] then return list[index][1], list[index][2] end
                end
            end,
            __metatable = false,
        })

        local function parts(field, owner, known)
            local list = host.field(field)
            for index, part in ipairs(list) do
                setmetatable(part, {
                    __index = function(_, name)
                        if name == "content" then return host.content(field, index) end
                        return host.unknownField(owner, tostring(name), known)
                    end,
                    __newindex = readonly(owner),
                    __metatable = false,
                })
            end
            return list
        end
        local special = {
            flags = function() return flags(host.field "flags") end,
            event = function()
                local event = host.field "event"
                event.added, event.removed = flags(event.added), flags(event.removed)
                return setmetatable(event, {
                    __index = unknown("m.event", host.known.event),
                    __newindex = readonly "m.event",
                    __metatable = false,
                })
            end,
            headers = function() return headers end,
            age = function() return host.now() - host.field "received" end,
            attachments = function() return parts("attachments", "an attachment", host.known.attachment) end,
            parts = function() return parts("parts", "a part", host.known.part) end,
        }

        setmetatable(message, {
            __index = function(_, name)
                local value = methods[name]
                if value ~= nil then return value end
                value = cache[name]
                if value ~= nil then return value end
                if special[name] then value = special[name]() else value = host.field(tostring(name)) end
                cache[name] = value
                return value
            end,
            __newindex = readonly "m",
            __metatable = false,
        })
        host.message = message
        function host.forget() cache = {} end
        """#
}
