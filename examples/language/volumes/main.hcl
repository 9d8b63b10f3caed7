# Volumes
# Directories of the machine, seen under another path. A volume at the top level has a life of its own: what mounts it may go.

volume "media" {
  size   = "20GiB"
  shared = true
}

volume "archive" {
  for_each = toset(["2025", "2026"])
  size     = "5GiB"
}

volume "spare" {
  count = 2
  size  = "1GiB"
}

app "report" {
  image = "example/report:1.4"
  mem   = "256MiB"

  volume {
    container = "/etc/report"
    host      = "/srv/report"
    mode      = "RO"
  }
}
