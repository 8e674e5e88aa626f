"""Who is told what, where and when: rules, addresses, deliveries, inbox."""
