// main.mjs MLS_PEER DIRECTORY [few]: tells the story with mls_peer and ts-mls in both parts, in every suite. DIRECTORY takes the keys
// and certificates of the test's authorities.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";

import { Authority } from "./certificates.mjs";
import { Room } from "./room.mjs";
import { SeraiPeer } from "./serai_peer.mjs";
import { story } from "./story.mjs";

globalThis.crypto ??= webcrypto; // Node 18, which Debian 12 has, does not show it by itself
const { TsPeer } = await import("./ts_peer.mjs");

const [program, directory, few] = process.argv.slice(2);
const kSuites = [1, 2, 3];

// Either part, both forms of handshake; the rest alternates so that each meets each.
function settingsOf(suite) {
    const all = [
        { founder: "serai", encrypt: false, credential: "basic", inlineTree: true },
        { founder: "ts-mls", encrypt: true, credential: "basic", inlineTree: false },
        { founder: "serai", encrypt: true, credential: "x509", inlineTree: false },
        { founder: "ts-mls", encrypt: false, credential: "x509", inlineTree: true },
    ].map((setting) => ({ suite, ...setting }));
    if (suite % 2 === 0) {
        all.forEach((setting) => (setting.inlineTree = !setting.inlineTree));
    }
    return few === undefined ? all : [all[suite % all.length]];
}

const words = ({ suite, founder, encrypt, credential, inlineTree }) =>
    `suite ${suite}, founded by ${founder}, handshakes ${encrypt ? "private" : "public"}, ` +
    `credentials ${credential}, tree ${inlineTree ? "inside" : "beside"}`;

// Calls `scene` with makers of peers and ends all that it made, mls_peer by the end of its input.
async function withPeers(scene) {
    const peers = [];
    const make = (Kind) => (name) => {
        const peer = new Kind(name, program);
        peers.push(peer);
        return peer;
    };
    try {
        await scene(make(SeraiPeer), make(TsPeer));
    } catch (problem) {
        await Promise.allSettled(peers.map((peer) => peer.close()));
        throw problem;
    }
    await Promise.all(peers.map((peer) => peer.close()));
}

const authorities = new Map(kSuites.map((suite) => [suite, new Authority(suite, directory)]));

async function tell(setting) {
    const authority = authorities.get(setting.suite);
    const identify = (name) => (setting.credential === "x509" ? authority.identify(name) : { identity: name });
    const room = new Room(setting, identify);
    await withPeers((serai, tsMls) =>
        setting.founder === "serai" ? story(room, serai, tsMls) : story(room, tsMls, serai));
    return room.epochs;
}

// Members of different groups must not seem to agree, or agreement would mean nothing.
async function comparisonSeesADifference() {
    await withPeers(async (serai, tsMls) => {
        const rooms = [serai("anna"), tsMls("anna")].map((founder) => ({
            founder,
            room: new Room({ suite: 1, encrypt: false, inlineTree: true }, (name) => ({ identity: name })),
        }));
        for (const { founder, room } of rooms) {
            await room.found(founder);
        }
        const mixed = rooms[0].room;
        mixed.members = rooms.map(({ founder }) => founder);
        await assert.rejects(mixed.agree(), assert.AssertionError);
    });
}

async function certificateOfAnotherKeyIsRefused() {
    await withPeers(async (serai) => {
        const [anna, bota] = ["anna", "bota"].map((name) => authorities.get(1).identify(name));
        const command = { cmd: "key_package", suite: 1, x509: anna.x509 };
        const peer = serai("anna");
        await assert.rejects(peer.call({ ...command, sig_priv: bota.sig_priv }), /credential/);
        await peer.call({ ...command, sig_priv: anna.sig_priv });
    });
}

let failed = 0;

async function check(name, work) {
    const start = performance.now();
    try {
        const epochs = await work();
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        console.log(`good  ${name}: ${epochs === undefined ? "" : `${epochs} epochs, `}${seconds} s`);
    } catch (problem) {
        failed += 1;
        console.log(`BAD   ${name}: ${problem.stack}`);
    }
}

await check("members of different groups do not agree", comparisonSeesADifference);
await check("a certificate of another key is refused", certificateOfAnotherKeyIsRefused);
for (const setting of kSuites.flatMap(settingsOf)) {
    await check(words(setting), () => tell(setting));
}
console.log(failed === 0 ? "mls_peer and ts-mls agree." : `${failed} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
