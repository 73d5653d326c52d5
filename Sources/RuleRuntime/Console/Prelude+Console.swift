extension Prelude {
    /// What a person types about one message: expressions and statements that see `m`, and globals of their own.
    static let console = #"""
        local host = ...
        local api = host.api

        local session = {}
        host.environment(setmetatable({}, {
            __index = function(_, name)
                local value = session[name]
                if value ~= nil then return value end
                if name == "m" then return host.message end
                return api[name]
            end,
            __newindex = function(_, name, value)
                if name == "m" or rawget(api, name) ~= nil then return host.misused("global", tostring(name)) end
                session[name] = value
            end,
            __metatable = false,
        }))

        local longest, deepest, most = 4000, 4, 200

        local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\""] = "\\\"", ["\\"] = "\\\\" }
        local function quoted(text)
            local shown = string.gsub(string.sub(text, 1, longest), "[\n\r\t\"\\]", escapes)
            if #text > longest then return "\"" .. shown .. "\"... (" .. #text .. " bytes)" end
            return "\"" .. shown .. "\""
        end

        local show
        local function key(value)
            if type(value) == "string" and string.find(value, "^[%a_][%w_]*$") then return value end
            return "[" .. show(value, deepest, {}) .. "]"
        end

        local fields = {
            "account", "folder", "uid", "event", "flags", "size", "received", "date", "from", "to", "subject", "text",
        }
        local function message()
            local lines = {}
            for index, name in ipairs(fields) do
                local value = host.message[name]
                if name == "text" then value = string.sub(value, 1, 200) end
                lines[index] = "  " .. name .. " = " .. show(value, 1, {})
            end
            return table.concat(lines, "\n")
        end

        function show(value, depth, seen)
            local kind = type(value)
            if kind == "string" then return quoted(value) end
            if kind == "function" then return "function" end
            if kind ~= "table" then return tostring(value) end
            if value == host.message then return depth == 0 and message() or "m" end
            -- An address prints as the header would.
            if rawget(value, "localpart") ~= nil and rawget(value, "header") ~= nil then return tostring(value) end
            if seen[value] or depth >= deepest then return "{...}" end
            seen[value] = true
            local items, named, count = {}, {}, 0
            for name, item in pairs(value) do
                count = count + 1
                if count > most then
                    named[#named + 1] = "..."
                    break
                end
                if name == #items + 1 then
                    items[name] = show(item, depth + 1, seen)
                else
                    named[#named + 1] = key(name) .. " = " .. show(item, depth + 1, seen)
                end
            end
            seen[value] = nil
            for _, text in ipairs(named) do items[#items + 1] = text end
            if #items == 0 then return "{}" end
            return "{ " .. table.concat(items, ", ") .. " }"
        end

        -- `local` in a line of its own would be gone with the line.
        local function kept(source)
            local name, rest = string.match(source, "^%s*local%s+(function%s+)(.*)$")
            if name then return "function " .. rest end
            return (string.match(source, "^%s*local%s+([%a_][%w_,%s]*=.*)$"))
        end

        -- For each value how it reads, and the value itself where only the host knows more.
        function host.entries.console(source)
            host.forget()
            local chunk = host.compile("input", "return " .. source)
            local lasting = not chunk and kept(source)
            if lasting then chunk = host.compile("input", lasting) end
            local complaint
            if not chunk then chunk, complaint = host.compile("input", source) end
            if not chunk then error(complaint, 0) end
            local values = table.pack(chunk())
            -- What `m:move` gives back says nothing.
            if values.n == 1 and host.results[values[1]] then return end
            local answers = {}
            for index = 1, values.n do
                local value = values[index]
                answers[2 * index - 1] = show(value, 0, {})
                answers[2 * index] = type(value) == "userdata" and value or false
            end
            return table.unpack(answers, 1, 2 * values.n)
        end
        """#
}
