"""The carrier simulator: a separate program that speaks Twilio's protocol. It shares no imports with the app."""
