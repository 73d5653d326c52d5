-- Every mailing list gets its own folder, named after the first word of its List-Id: pgsql-general.lists.example.org
-- goes to Lists/pgsql-general. The folder is made when the first message comes. A list that people can write to has
-- List-Post; that leaves newsletters alone.
rule "Mailing lists" {
  when = list_id:exists() & header("List-Post"):exists(),
  run  = function(m)
    local name = m.list_id:match "^[%w_-]+"
    if name then m:move("Lists/" .. name) end
  end,
}
