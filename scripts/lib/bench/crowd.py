"""An IMAP server for very many clients that only watch: it lets everybody in, and each has an empty INBOX. It prints its
port, and then how many idle when a line comes in. footprint.py starts it.
"""
import asyncio
import resource
import sys

CAPABILITIES = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE MOVE UIDPLUS NAMESPACE ID LITERAL+"
idling = set()


def answers(tag, command, connection):
    """What is said to a command, the tagged answer last; empty: nothing yet."""
    verb = command.upper()
    if verb == "CAPABILITY":
        return [f"* CAPABILITY {CAPABILITIES}", f"{tag} OK done"]
    if verb.startswith("AUTHENTICATE") or verb.startswith("LOGIN"):
        return [f"{tag} OK [CAPABILITY {CAPABILITIES}] in"]
    if verb == "NAMESPACE":
        return ['* NAMESPACE (("" "/")) NIL NIL', f"{tag} OK done"]
    if verb.startswith("ID "):
        return ["* ID NIL", f"{tag} OK done"]
    if verb.startswith('LIST "" ""'):
        return ['* LIST (\\Noselect) "/" ""', f"{tag} OK done"]
    if verb.startswith("LIST"):
        return ['* LIST () "/" INBOX', f"{tag} OK done"]
    if verb.startswith("SELECT"):
        return ["* FLAGS (\\Seen \\Deleted)", "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] all", "* 0 EXISTS",
                "* OK [UIDVALIDITY 1] valid", "* OK [UIDNEXT 1] next", f"{tag} OK [READ-WRITE] done"]
    if verb == "IDLE":
        idling.add(connection)
        return ["+ idling"]
    return [f"{tag} OK done"]


async def serve(reader, writer):
    connection, idle = object(), None
    writer.write(f"* OK [CAPABILITY {CAPABILITIES}] ready\r\n".encode())
    try:
        while line := (await reader.readline()).decode("latin-1").rstrip("\r\n"):
            if idle:
                idling.discard(connection)
                said, idle = [f"{idle} OK done"], None
            else:
                tag, _, command = line.partition(" ")
                if command.upper() == "IDLE":
                    idle = tag
                said = answers(tag, command, connection)
                if command.upper() == "LOGOUT":
                    said = ["* BYE", *said]
            writer.write("".join(f"{each}\r\n" for each in said).encode())
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        idling.discard(connection)
        writer.close()


async def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(len(idling), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
