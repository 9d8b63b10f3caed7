# Preferences
# Where instances should rather run: nothing is left without a place for it.

app "web" {
  cmd       = "exec ./web"
  instances = 10
  mem       = "64MiB"

  # Machines with an SSD first; those in rack r9 last.
  affinity {
    field  = "disk"
    value  = "ssd"
    weight = 60
  }

  affinity {
    field    = "rack"
    operator = "LIKE"
    value    = "r9.*"
    weight   = -30
  }

  # Seven of ten in zone a; the other zones share the rest.
  spread {
    field  = "zone"
    weight = 80

    target {
      value   = "a"
      percent = 70
    }
  }

  # Evenly over racks, as far as there is room.
  spread {
    field = "rack"
  }
}
