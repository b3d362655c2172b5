// ts-mls behind the commands of mls_peer: the same words in, the same words out, so that a scenario need not know whom it talks to.
import {
    bytesToBase64,
    createApplicationMessage,
    createCommit,
    createGroup,
    createProposal,
    decodeMlsMessage,
    defaultCapabilities,
    encodeMlsMessage,
    generateKeyPackageWithKey,
    getCiphersuiteFromName,
    getCiphersuiteImpl,
    joinGroup,
    joinGroupExternal,
    makePskIndex,
    mlsExporter,
    processPrivateMessage,
    processPublicMessage,
    ciphersuites,
} from "ts-mls";
import { defaultClientConfig } from "ts-mls/clientConfig.js";
import { makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { signLeafNodeCommit } from "ts-mls/leafNode.js";
import { decodeRatchetTree, encodeRatchetTree } from "ts-mls/ratchetTree.js";

import { groupInfoForJoiners, readingExternalPub, signatureKeyPair } from "./departures.mjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const unhex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const words = (text) => new TextEncoder().encode(text);

const kCredentialTypes = { basic: 1, x509: 2 };

const message = (wireformat, field, value) =>
    hex(encodeMlsMessage({ version: "mls10", wireformat, [field]: value }));

function decode(text) {
    const bytes = unhex(text);
    const decoded = decodeMlsMessage(bytes, 0);
    if (decoded === undefined || decoded[1] !== bytes.length) {
        throw new Error("not an MLSMessage");
    }
    return decoded[0];
}

function decodeAs(text, field) {
    const decoded = decode(text);
    if (decoded[field] === undefined) {
        throw new Error(`${decoded.wireformat} where ${field} was due`);
    }
    return decoded[field];
}

const suites = new Map();

async function suiteOf(id) {
    if (!suites.has(id)) {
        const name = Object.keys(ciphersuites).find((candidate) => ciphersuites[candidate] === id);
        suites.set(id, await getCiphersuiteImpl(getCiphersuiteFromName(name)));
    }
    return suites.get(id);
}

function lifetime() {
    const now = BigInt(Math.floor(Date.now() / 1000));
    return { notBefore: now - 3600n, notAfter: now + 24n * 3600n };
}

const leafNodes = (state) =>
    state.ratchetTree.flatMap((node, place) => (node?.nodeType === "leaf" ? [{ index: place / 2, leaf: node.leaf }] : []));

export class TsPeer {
    constructor(name) {
        this.name = name;
        this.encrypt = false;
        this.inlineTree = true;
        this.psks = {};
        this.keyPackages = [];
    }

    async call({ cmd, ...fields }) {
        return { ok: true, ...(await this[cmd](fields)) };
    }

    async close() {}

    async key_package({ suite: id, identity, x509, sig_priv, public_key }) {
        this.suite = await suiteOf(id);
        const keys =
            sig_priv === undefined
                ? await signatureKeyPair(this.suite)
                : { signKey: unhex(sig_priv), publicKey: unhex(public_key) };
        const credential =
            x509 === undefined
                ? { credentialType: "basic", identity: words(identity) }
                : { credentialType: "x509", certificates: x509.map(unhex) };
        const made = await generateKeyPackageWithKey(
            credential, defaultCapabilities(), lifetime(), [], keys, this.suite);
        this.keyPackages.push(made);
        return { key_package: message("mls_key_package", "keyPackage", made.publicPackage) };
    }

    async create_group({ group_id }) {
        const own = this.keyPackages.at(-1);
        this.enter(await createGroup(
            unhex(group_id), own.publicPackage, own.privatePackage, [], this.suite, defaultClientConfig));
        return this.state();
    }

    enter(state) {
        this.group = state;
        this.pending = undefined;
        this.nextLeafKey = undefined;
        this.sent = new Set();
    }

    get pskIndex() {
        return makePskIndex(this.group, this.psks);
    }

    async committing(proposals) {
        const made = await createCommit(
            { state: this.group, cipherSuite: this.suite, pskIndex: this.pskIndex },
            {
                extraProposals: proposals,
                wireAsPublicMessage: !this.encrypt,
                ratchetTreeExtension: this.inlineTree,
            });
        const commit = hex(encodeMlsMessage(made.commit));
        this.pending = { commit, state: made.newState };
        return made.welcome === undefined
            ? { commit }
            : { commit, welcome: message("mls_welcome", "welcome", made.welcome) };
    }

    addOf = (text) => ({ proposalType: "add", add: { keyPackage: decodeAs(text, "keyPackage") } });

    removeOf = (index) => ({ proposalType: "remove", remove: { removed: index } });

    pskOf = (id) => ({
        proposalType: "psk",
        psk: {
            preSharedKeyId: {
                psktype: "external",
                pskId: unhex(id),
                pskNonce: this.suite.rng.randomBytes(this.suite.kdf.size),
            },
        },
    });

    add({ key_package, key_packages = [key_package] }) {
        return this.committing(key_packages.map(this.addOf));
    }

    remove({ index }) {
        return this.committing([this.removeOf(index)]);
    }

    commit({ psk_id }) {
        return this.committing(psk_id === undefined ? [] : [this.pskOf(psk_id)]);
    }

    async apply() {
        this.enter(this.pending.state);
        return this.state();
    }

    async discard() {
        this.pending = undefined;
        return this.state();
    }

    async propose({ type, key_package, index, psk_id }) {
        const proposal =
            type === "add" ? this.addOf(key_package)
            : type === "remove" ? this.removeOf(index)
            : type === "psk" ? this.pskOf(psk_id)
            : await this.updateOf();
        const made = await createProposal(this.group, !this.encrypt, proposal, this.suite);
        this.group = made.newState;
        const sent = hex(encodeMlsMessage(made.message));
        this.sent.add(sent);
        return { proposal: sent };
    }

    // ts-mls has no call for one's own Update: it signs and applies the leaf that it is given, and its holder keeps the key until
    // the commit.
    async updateOf() {
        const index = this.group.privatePath.leafIndex;
        const { leaf } = leafNodes(this.group).find((member) => member.index === index);
        const pair = await this.suite.hpke.generateKeyPair();
        this.nextLeafKey = await this.suite.hpke.exportPrivateKey(pair.privateKey);
        const { hpkePublicKey, ...kept } = leaf;
        const leafNode = await signLeafNodeCommit(
            {
                hpkePublicKey: await this.suite.hpke.exportPublicKey(pair.publicKey),
                signaturePublicKey: kept.signaturePublicKey,
                credential: kept.credential,
                capabilities: kept.capabilities,
                extensions: kept.extensions,
                leafNodeSource: "update",
                groupId: this.group.groupContext.groupId,
                leafIndex: index,
            },
            this.group.signaturePrivateKey,
            this.suite.signature);
        return { proposalType: "update", update: { leafNode } };
    }

    withNextLeafKey() {
        if (this.nextLeafKey === undefined) {
            return this.group;
        }
        const { privatePath } = this.group;
        const privateKeys = { ...privatePath.privateKeys, [privatePath.leafIndex * 2]: this.nextLeafKey };
        return { ...this.group, privatePath: { ...privatePath, privateKeys } };
    }

    async join({ welcome, tree }) {
        const decoded = decodeAs(welcome, "welcome");
        const wanted = new Set(decoded.secrets.map((secret) => hex(secret.newMember)));
        for (const own of this.keyPackages) {
            if (wanted.has(hex(await makeKeyPackageRef(own.publicPackage, this.suite.hash)))) {
                this.enter(await joinGroup(
                    decoded, own.publicPackage, own.privatePackage, makePskIndex(undefined, this.psks), this.suite,
                    tree === undefined ? undefined : decodeRatchetTree(unhex(tree), 0)[0]));
                return this.state();
            }
        }
        throw new Error("the Welcome is for somebody else");
    }

    async external_join({ group_info, tree, resync = false }) {
        const own = this.keyPackages.at(-1);
        const info = decodeAs(group_info, "groupInfo");
        const made = await joinGroupExternal(
            info, own.publicPackage, own.privatePackage, resync, readingExternalPub(this.suite, info),
            tree === undefined ? undefined : decodeRatchetTree(unhex(tree), 0)[0]);
        this.enter(made.newState);
        return { commit: message("mls_public_message", "publicMessage", made.publicMessage), ...this.state() };
    }

    async handle({ message: text }) {
        if (text === this.pending?.commit) {
            return { kind: "commit", ...(await this.apply()) };
        }
        if (this.sent.has(text)) {
            return { kind: "proposal", ...this.state() };
        }
        const received = decode(text);
        const epoch = this.group.groupContext.epoch;
        const process = received.privateMessage !== undefined ? processPrivateMessage : processPublicMessage;
        const content = received.privateMessage ?? received.publicMessage;
        const type = content.contentType ?? content.content.contentType;
        const { newState } = await process(
            type === "commit" ? this.withNextLeafKey() : this.group, content, this.pskIndex, this.suite);
        if (newState.groupActiveState.kind === "removedFromGroup") {
            this.group = undefined;
            return { kind: "commit", removed: true };
        }
        if (newState.groupContext.epoch === epoch) {
            this.group = newState;
            return { kind: "proposal", ...this.state() };
        }
        this.enter(newState);
        return { kind: "commit", ...this.state() };
    }

    async protect({ text, data, aad = "" }) {
        const made = await createApplicationMessage(
            this.group, data === undefined ? words(text) : unhex(data), this.suite, unhex(aad));
        this.group = made.newState;
        return { message: message("mls_private_message", "privateMessage", made.privateMessage) };
    }

    async unprotect({ message: text }) {
        const received = decodeAs(text, "privateMessage");
        const opened = await processPrivateMessage(this.group, received, this.pskIndex, this.suite);
        if (opened.kind !== "applicationMessage") {
            throw new Error("not an application message");
        }
        this.group = opened.newState;
        return {
            data: hex(opened.message),
            text: new TextDecoder().decode(opened.message),
            aad: hex(received.authenticatedData),
        };
    }

    async export({ label, context, len }) {
        return {
            secret: hex(await mlsExporter(
                this.group.keySchedule.exporterSecret, label, unhex(context), len, this.suite)),
        };
    }

    async group_info() {
        const info = await groupInfoForJoiners(this.group, this.inlineTree, this.suite);
        return { group_info: message("mls_group_info", "groupInfo", info) };
    }

    async tree() {
        return { tree: hex(encodeRatchetTree(this.group.ratchetTree)) };
    }

    async psk({ id, secret }) {
        this.psks[bytesToBase64(unhex(id))] = unhex(secret);
        return {};
    }

    async set({ encrypt = this.encrypt, inline_tree = this.inlineTree }) {
        this.encrypt = encrypt;
        this.inlineTree = inline_tree;
        return {};
    }

    state() {
        if (this.group === undefined) {
            throw new Error("not in a group");
        }
        return {
            epoch: Number(this.group.groupContext.epoch),
            epoch_authenticator: hex(this.group.keySchedule.epochAuthenticator),
            members: leafNodes(this.group).map(({ index, leaf }) => ({
                index,
                signature_key: hex(leaf.signaturePublicKey),
                credential_type: kCredentialTypes[leaf.credential.credentialType],
                ...(leaf.credential.credentialType === "basic"
                    ? { identity: new TextDecoder().decode(leaf.credential.identity) }
                    : { x509: leaf.credential.certificates.map(hex) }),
            })),
        };
    }
}
