# Modules
# A directory with variables and outputs, called by name: its apps are /eu/web and so on, and depend only on what they use.

module "blog" {
  source   = "./modules/blog"
  for_each = { eu = 2, us = 3 }

  title    = "Blog ${each.key}"
  replicas = each.value
}

module "archive" {
  source     = "./modules/blog"
  title      = "Old things"
  depends_on = [module.blog]
}

module "mirror" {
  source = "./modules/blog"
  count  = 2
  title  = "Mirror ${count.index}"
}

app "front" {
  cmd = "exec ./front"
  mem = "32MiB"
  env = { BLOG = module.blog["eu"].web, ALL = join(",", values(module.blog)[*].web) }
}
