-- Every mailing list gets its own folder, named after the first word of its List-Id: pgsql-general.lists.example.org
-- goes to Lists/pgsql-general. The folder is made when the first message comes. A list that people can write to has
-- List-Post; that leaves newsletters alone.
rule "Mailing lists" {
  when = list_id:exists() & header("List-Post"):exists(),
  run  = function(m)
    local name = m.list_id:match "^[%w_-]+"
    -- Anybody can write a List-Id; one as long as a letter makes no folder.
    if name and #name <= 60 then m:move("Lists/" .. name) end
  end,
}
