// What happens in a group, told once for whoever plays the two parts. `ours` and `theirs` make new members of either kind.
import assert from "node:assert/strict";

// A message that was changed on its way is refused, and nothing comes of it: the genuine one is taken afterwards.
async function tampered(room, sender) {
    const { commit } = await sender.call({ cmd: "commit" });
    const middle = commit.length / 2 - (commit.length / 2) % 2;
    const flipped = (parseInt(commit.slice(middle, middle + 2), 16) ^ 0x40).toString(16).padStart(2, "0");
    const bad = commit.slice(0, middle) + flipped + commit.slice(middle + 2);
    for (const member of room.members.filter((candidate) => candidate !== sender)) {
        const before = await room.stateOf(member);
        await assert.rejects(member.call({ cmd: "handle", message: bad }), `${member.name} refuses it`);
        assert.deepEqual(await room.stateOf(member), before);
    }
    await room.deliver(sender, { commit });
}

// Two commit to the same epoch; one wins, and the other drops its own.
async function race(room, winner, loser) {
    await loser.call({ cmd: "commit" });
    const { commit } = await winner.call({ cmd: "commit" });
    await loser.call({ cmd: "discard" });
    await room.deliver(winner, { commit });
}

async function psks(room, committer, proposer) {
    const byValue = await room.sharePsk();
    await room.commit(committer, { psk_id: byValue.id });
    const byReference = await room.sharePsk();
    await room.propose(proposer, { type: "psk", psk_id: byReference.id });
    await room.commit(committer);
}

async function updates(room, proposers, committer) {
    for (const proposer of proposers) {
        await room.propose(proposer, { type: "update" });
    }
    await room.commit(committer);
}

async function addAndRemoveByReference(room, proposer, committer, guest) {
    await room.ready(guest);
    await room.propose(proposer, { type: "add", key_package: await room.keyPackage(guest) });
    await room.commit(committer, {}, [guest]);
    await room.commit(guest);
    await room.propose(proposer, { type: "remove", index: await room.indexOf(guest) });
    await room.commit(committer, {}, [], guest);
}

export async function story(room, ours, theirs) {
    const [anna, bota] = [ours("anna"), theirs("bota")];
    await room.found(anna);
    await room.add(anna, bota);
    await room.commit(anna);
    await room.commit(bota);

    const [cholpon, dilnoza, edil] = [ours("cholpon"), theirs("dilnoza"), ours("edil")];
    await room.add(bota, cholpon, dilnoza);
    await room.commit(cholpon);
    await room.add(anna, edil);
    await room.commit(dilnoza);
    await tampered(room, anna);
    await tampered(room, bota);
    await race(room, anna, bota);
    await race(room, bota, anna);

    await updates(room, [cholpon, dilnoza], anna);
    await updates(room, [anna, dilnoza], bota);
    await updates(room, [bota, edil], cholpon);

    await psks(room, anna, bota);
    await psks(room, bota, anna);

    await addAndRemoveByReference(room, bota, anna, theirs("firuza"));
    await addAndRemoveByReference(room, anna, bota, ours("gulnora"));

    const [ilyas, jamila] = [theirs("ilyas"), ours("jamila")];
    await room.joinFromOutside(ilyas, anna);
    await room.joinFromOutside(jamila, bota);
    await room.commit(ilyas);
    await room.commit(jamila);
    await room.joinFromOutside(jamila, bota, { resync: true });
    await room.joinFromOutside(ilyas, jamila, { resync: true });
    await room.remove(ilyas, jamila);
    await room.remove(edil, ilyas);

    await room.remove(bota, cholpon);
    await room.add(anna, theirs("hamid"));
    await room.remove(anna, dilnoza);
    await room.commit(bota);
    await room.remove(bota, anna);
    await room.commit(bota);
}
