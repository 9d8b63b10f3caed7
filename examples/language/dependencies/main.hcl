# Dependencies
# What an app needs is up before it starts. Naming another app in an expression says it already; depends_on says the rest.

app "db" {
  cmd = "exec ./db"
  mem = "128MiB"
}

app "migrate" {
  cmd = "./migrate && exec sleep infinity"
  mem = "64MiB"
  env = { DB = app.db.id }
}

group "front" {
  app "web" {
    cmd        = "exec ./web"
    mem        = "64MiB"
    depends_on = [app.migrate]
  }
}

app "probe" {
  cmd        = "exec ./probe"
  mem        = "32MiB"
  depends_on = [group.front, app.db]
}
