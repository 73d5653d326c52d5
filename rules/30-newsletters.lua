-- Newsletters say who they are in List-Id, which does not change with every campaign as From and Subject do.
-- `postmoon inspect` shows the List-Id of a message; put those of yours in. What ends in .list-manage.com is sent for
-- others by Mailchimp: shops, clubs and the like.
rule "Newsletters" {
  when = list_id:one_of { "weekly.swift.example", "letters.museum.example" } | list_id:ends ".list-manage.com",
  run  = { move "Newsletters" },
}
