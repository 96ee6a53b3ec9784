"""Requests to an application of ASGI without a server; what it raises is raised."""

import asyncio

import httpx


class Client:
    def __init__(self, app):
        self.app = app

    def request(self, method, url, **rest):
        async def send():
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, url, **rest)

        return asyncio.run(send())

    def get(self, url, **rest):
        return self.request("GET", url, **rest)

    def post(self, url, **rest):
        return self.request("POST", url, **rest)
