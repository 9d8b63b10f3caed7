# Several of the same
# count makes numbered things: these are /shard-0, /shard-1 and /shard-2, addressed as app.shard[0] and so on.

variable "shards" {
  type    = number
  default = 3
}

variable "debug" {
  type    = bool
  default = false
}

app "shard" {
  count = var.shards
  cmd   = "exec ./shard --number ${count.index} --of ${var.shards}"
  mem   = "128MiB"
}

# None, or one: what is optional.
group "debug" {
  count = var.debug ? 1 : 0

  app "shell" {
    cmd = "exec ./shell"
    mem = "32MiB"
  }
}

output "shards" {
  value = app.shard[*].id
}
