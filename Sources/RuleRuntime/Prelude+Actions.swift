extension Prelude {
    /// Actions as constructors: `move "Receipts"`, or the bare name.
    static let actions = #"""
        local host = ...
        local api = host.api

        local metatable = {
            __tostring = function(value) return host.describe(value) end,
            __index = function(value, name) return host.misused("index", value, tostring(name)) end,
            __newindex = function() host.misused("readonly", "an action") end,
        }
        metatable.__call = function(action, ...) return host.misused("call", action, ...) end
        host.kind(host.kinds.action, metatable)
        metatable.__call = function(constructor, ...) return host.action(constructor, ...) end
        host.kind(host.kinds.constructor, metatable)
        metatable.__call = nil
        host.kind(host.kinds.role, metatable)

        for _, name in ipairs(host.actions) do api[name] = host.constructor(name) end

        local roles = {}
        for _, name in ipairs(host.roles) do roles[name] = host.role(name) end
        api.role = host.sealed("role", roles)
        """#
}
