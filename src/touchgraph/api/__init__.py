"""The GraphQL API: its types, the engine that answers operations, the ASGI application and its page."""
