extension Prelude {
    /// Subjects, their tests, and what combines conditions.
    static let conditions = #"""
        local host = ...
        local api = host.api

        local function combine(name)
            return function(left, right) return host.combine(name, left, right) end
        end
        local function misuse(use)
            return function(value, other) return host.misused(use, value, other) end
        end
        local arithmetic = misuse "arithmetic"
        local operators = {
            __add = arithmetic, __sub = arithmetic, __mul = arithmetic, __div = arithmetic, __idiv = arithmetic,
            __mod = arithmetic, __pow = arithmetic, __unm = arithmetic, __shl = arithmetic, __shr = arithmetic,
            __len = arithmetic,
            __bxor = misuse "bxor",
            __band = combine "&",
            __bor = combine "|",
            __bnot = function(operand) return host.combine("~", operand) end,
            __call = misuse "call",
            __eq = misuse "compare",
            __lt = misuse "compare",
            __le = misuse "compare",
            __concat = misuse "join",
            __newindex = function() host.misused("readonly", "a condition") end,
            __tostring = function(value) return host.describe(value) end,
        }
        local function with(more)
            local metatable = {}
            for name, value in pairs(operators) do metatable[name] = value end
            for name, value in pairs(more) do metatable[name] = value end
            return metatable
        end

        local tests = {}
        for _, name in ipairs(host.tests) do
            tests[name] = function(subject, ...) return host.test(subject, name, ...) end
        end
        host.kind(host.kinds.subject, with {
            __index = function(subject, name)
                return tests[name] or host.misused("index", subject, tostring(name))
            end,
        })
        host.kind(host.kinds.condition, with {
            __index = function(condition, name) return host.misused("index", condition, tostring(name)) end,
        })

        for _, name in ipairs(host.subjects) do api[name] = host.subject(name) end
        function api.header(name) return host.subject("header", name) end

        for _, name in ipairs(host.conditions) do api[name] = host.predicate(name) end
        function api.flag(name) return host.predicate("flag", name, nil) end
        function api.older(age) return host.predicate("older", age, nil) end
        function api.newer(age) return host.predicate("newer", age, nil) end

        function api.all(conditions) return host.combine("all", conditions) end
        function api.any(conditions) return host.combine("any", conditions) end
        function api.none(conditions) return host.combine("none", conditions) end
        """#
}
