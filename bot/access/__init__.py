"""Who may do what at the office: roles and permissions, signing in, members of staff."""
