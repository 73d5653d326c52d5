-- Who the family is, said once. Rules write `local family = require "lists/family"` and then use `family.from`.
-- Put your own in. A file that returns something is a module; it is run once, however many files require it.
return {
  from = from:one_of { "sam@home.example", "grandma@home.example" },
}
