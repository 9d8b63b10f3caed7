# Groups
# Labels of groups and apps make the id: /shop/backend/db. A group can wait for others as a whole.

app "queue" {
  cmd = "exec ./queue"
  mem = "64MiB"
}

group "shop" {
  depends_on = [app.queue]

  group "backend" {
    app "db" {
      cmd = "exec ./db"
      mem = "256MiB"
    }
  }

  app "web" {
    cmd = "exec ./web"
    mem = "64MiB"
    env = { DB = group.shop.group.backend.app.db.id }
  }
}
