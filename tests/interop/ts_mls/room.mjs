// A group whose members may be of either kind: carries messages between them, and compares all of them after each epoch.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

export class Room {
    // `settings`: suite, encrypt, inlineTree. `identify(name)` gives the credential's fields for key_package.
    constructor(settings, identify) {
        this.settings = settings;
        this.identify = identify;
        this.members = [];
        this.epochs = 0;
    }

    async ready(...peers) {
        for (const peer of peers) {
            await peer.call({ cmd: "set", encrypt: this.settings.encrypt, inline_tree: this.settings.inlineTree });
        }
    }

    async keyPackage(peer) {
        const reply = await peer.call({
            cmd: "key_package", suite: this.settings.suite, ...this.identify(peer.name) });
        return reply.key_package;
    }

    async found(peer) {
        await this.ready(peer);
        await this.keyPackage(peer);
        await peer.call({ cmd: "create_group", group_id: randomBytes(16).toString("hex") });
        this.members = [peer];
        await this.agree();
    }

    // What a newcomer gets beside the Welcome or GroupInfo.
    async treeBeside(peer) {
        return this.settings.inlineTree ? {} : { tree: (await peer.call({ cmd: "tree" })).tree };
    }

    // Gives a committed message to everybody, the committer too, and lets in whom the Welcome is for. `leaving` hears of its end.
    async deliver(committer, { commit, welcome }, newcomers = [], leaving = undefined) {
        for (const member of this.members) {
            const heard = await member.call({ cmd: "handle", message: commit });
            assert.equal(heard.kind, "commit");
            assert.equal(heard.removed === true, member === leaving, `${member.name} is told that it was removed`);
        }
        this.members = this.members.filter((member) => member !== leaving);
        assert.equal(welcome !== undefined, newcomers.length > 0, "a Welcome if and only if somebody is added");
        for (const newcomer of newcomers) {
            await newcomer.call({ cmd: "join", welcome, ...(await this.treeBeside(committer)) });
            this.members.push(newcomer);
        }
        await this.agree();
    }

    async add(committer, ...newcomers) {
        await this.ready(...newcomers);
        const keyPackages = [];
        for (const newcomer of newcomers) {
            keyPackages.push(await this.keyPackage(newcomer));
        }
        await this.deliver(
            committer, await committer.call({ cmd: "add", key_packages: keyPackages }), newcomers);
    }

    async commit(committer, fields = {}, newcomers = [], leaving = undefined) {
        await this.deliver(committer, await committer.call({ cmd: "commit", ...fields }), newcomers, leaving);
    }

    async propose(proposer, fields) {
        const { proposal } = await proposer.call({ cmd: "propose", ...fields });
        for (const member of this.members) {
            const heard = await member.call({ cmd: "handle", message: proposal });
            assert.equal(heard.kind, "proposal");
        }
    }

    async remove(committer, leaving) {
        const index = await this.indexOf(leaving);
        await this.deliver(committer, await committer.call({ cmd: "remove", index }), [], leaving);
    }

    // A newcomer, or a member who comes back to a fresh leaf, lets itself in with what `host` publishes.
    async joinFromOutside(joiner, host, fields = {}) {
        if (fields.resync !== true) {
            await this.ready(joiner);
            await this.keyPackage(joiner);
        }
        const { group_info: groupInfo } = await host.call({ cmd: "group_info" });
        const beside = await this.treeBeside(host);
        const { commit } = await joiner.call({ cmd: "external_join", group_info: groupInfo, ...beside, ...fields });
        this.members = this.members.filter((member) => member !== joiner);
        for (const member of this.members) {
            const heard = await member.call({ cmd: "handle", message: commit });
            assert.equal(heard.kind, "commit");
        }
        this.members.push(joiner);
        await this.agree();
    }

    async sharePsk(...without) {
        const psk = { id: randomBytes(8).toString("hex"), secret: randomBytes(32).toString("hex") };
        for (const member of this.members.filter((candidate) => !without.includes(candidate))) {
            await member.call({ cmd: "psk", ...psk });
        }
        return psk;
    }

    // By name: in a basic credential, or as the only certificate of its kind.
    async indexOf(peer) {
        const { members } = await this.members[0].call({ cmd: "state" });
        const { x509 } = this.identify(peer.name);
        return members.find((member) =>
            x509 === undefined ? member.identity === peer.name : member.x509?.[0] === x509[0]).index;
    }

    // Everything that two members can compare: state, tree, exported secrets, and what others write.
    async agree() {
        this.epochs += 1;
        const [first] = this.members;
        const state = await this.stateOf(first);
        const label = `label ${state.epoch}`;
        const context = randomBytes(7).toString("hex");
        const derived = { cmd: "export", label, context, len: 33 + (state.epoch % 31) };
        const { secret } = await first.call(derived);
        const { tree } = await first.call({ cmd: "tree" });
        for (const member of this.members.slice(1)) {
            const pair = `${first.name} and ${member.name}`;
            assert.deepEqual(await this.stateOf(member), state, `${pair} have the same state`);
            assert.equal((await member.call(derived)).secret, secret, `${pair} export the same`);
            assert.equal((await member.call({ cmd: "tree" })).tree, tree, `${pair} have the same tree`);
        }
        for (const sender of this.speakers()) {
            await this.talk(sender);
        }
    }

    // One of each kind, another one each time.
    speakers() {
        const kinds = new Map();
        for (const member of this.members) {
            kinds.set(member.constructor, [...(kinds.get(member.constructor) ?? []), member]);
        }
        return [...kinds.values()].map((same) => same[this.epochs % same.length]);
    }

    async stateOf(member) {
        const { epoch, epoch_authenticator: authenticator, members } = await member.call({ cmd: "state" });
        return { epoch, authenticator, members };
    }

    async talk(sender) {
        const text = `${sender.name} says: ${"қ".repeat(this.epochs % 90)}`;
        const aad = randomBytes(5).toString("hex");
        const { message } = await sender.call({ cmd: "protect", text, aad, pad: 50 });
        for (const member of this.members.filter((candidate) => candidate !== sender)) {
            const opened = await member.call({ cmd: "unprotect", message });
            assert.equal(opened.text, text, `${member.name} reads what ${sender.name} wrote`);
            assert.equal(opened.aad, aad);
            assert.equal(opened.data, Buffer.from(text).toString("hex"));
        }
    }
}
