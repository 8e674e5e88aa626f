"""What happened, from the platform and from us: taken in once, kept, replayed; tells nobody."""
