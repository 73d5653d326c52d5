-- Alerts that mean work go to whoever is on call, at once, and to the phone.
-- `first = true` sends before anything else is done: here speed is worth more than tidiness. It needs smtp and
-- [notify.phone] in the configuration.
rule "Pager" {
  when = from:is "alerts@monitoring.example" & subject:matches [[\b(CRIT|DOWN)\b]],
  run  = function(m)
    m:mark "flagged"
    m:forward { to = "oncall@example.com", as = "attachment", first = true }
    m:notify  { channel = "phone", title = m.subject, body = m.text:sub(1, 200) }
  end,
}
