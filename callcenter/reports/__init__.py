"""Questions that pages, API and clock ask alike: rows in, values out. They look and never write."""
