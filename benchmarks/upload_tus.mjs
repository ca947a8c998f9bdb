// The yardstick: @tus/server with its own FileStore; the SHA-256 of the file is computed while it is written.
import { createHash } from "node:crypto";
import stream from "node:stream";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [directory, port] = process.argv.slice(2);

class Hashed extends FileStore {
  async write(readable, id, offset) {
    const hash = createHash("sha256");
    const seen = new stream.Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    stream.pipeline(readable, seen, () => undefined);
    const end = await super.write(seen, id, offset);
    process.stdout.write(`${id} ${hash.digest("hex")}\n`);
    return end;
  }
}

const server = new Server({ path: "/files", datastore: new Hashed({ directory }) });
server.listen({ host: "127.0.0.1", port: Number(port) });
