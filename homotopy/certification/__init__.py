"""From candidates to certified zeros and classified points, in interval and ball arithmetic."""
