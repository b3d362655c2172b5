// The program mls_peer, one process for each object.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class SeraiPeer {
    constructor(name, program) {
        this.name = name;
        this.process = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
        this.process.stdin.on("error", () => {}); // the reply that does not come says it
        this.ended = once(this.process, "exit");
        this.replies = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    }

    // The reply, or an Error with its words.
    async call(command) {
        this.process.stdin.write(JSON.stringify(command) + "\n");
        const { value, done } = await this.replies.next();
        if (done) {
            throw new Error(`mls_peer (${this.name}) ended in the middle of ${command.cmd}`);
        }
        const reply = JSON.parse(value);
        if (!reply.ok) {
            throw new Error(`mls_peer (${this.name}), ${command.cmd}: ${reply.error}`);
        }
        return reply;
    }

    // Ends its input and waits for a clean exit.
    async close() {
        this.process.stdin.end();
        const [code, signal] = await this.ended;
        if (code !== 0) {
            throw new Error(`mls_peer (${this.name}) exited with ${signal ?? code}`);
        }
    }
}
