# Lists, objects and for
# Brackets make lists, braces make objects; "for" makes one from another, with a condition or by groups.

locals {
  teams = [
    { name = "web", region = "eu", size = 2 },
    { name = "api", region = "us", size = 3 },
    { name = "mail", region = "eu", size = 0 },
  ]
  wanted = "region"
  zones  = { eu = "a", us = "b" }

  names   = [for team in local.teams : team.name]
  active  = { for team in local.teams : team.name => team.size if team.size > 0 }
  regions = { for team in local.teams : team.region => team.name... }
  places  = [for i, team in local.teams : "${i}:${team.name}"]

  first  = local.teams[0].name
  quoted = local.zones["eu"]
  chosen = local.teams[1][local.wanted]
  after  = [for name in local.names : upper(name)][length(local.names) - 1]
  inside = { for team in local.teams : team.name => team }["api"].size

  # A key in parentheses is evaluated; without them it is the name itself.
  tags = { (local.wanted) = "eu", region-name = "Europe", "with space" = null }
}

app "team" {
  for_each  = local.active
  cmd       = "exec ./team"
  instances = each.value
  mem       = "32MiB"
  labels    = merge(local.tags, { first = local.first, zone = local.quoted, chosen = local.chosen })
  env = {
    PLACES = join(",", local.places)
    EUROPE = join(",", local.regions["eu"])
    LAST   = local.after
    API    = local.inside
  }
}
