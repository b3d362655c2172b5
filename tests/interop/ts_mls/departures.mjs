// Where ts-mls 1.6.4 departs from RFC 9420 in what it sends, and how the test brings it back, so that all the rest can be compared.
// Nothing here touches what mls_peer sends or accepts.
import { p256 } from "@noble/curves/nist.js";
import { decodeVarLenData, varLenDataEncoder } from "ts-mls/codec/variableLength.js";
import { encode } from "ts-mls/codec/tlsEncoder.js";
import { createGroupInfo, createGroupInfoWithRatchetTree } from "ts-mls/createCommit.js";

// Section 5.1.1: a P-256 key is an uncompressed point. ts-mls makes compressed ones (and accepts both).
export async function signatureKeyPair(suite) {
    const pair = await suite.signature.keygen();
    return suite.name.endsWith("_P256") ? { ...pair, publicKey: p256.getPublicKey(pair.signKey, false) } : pair;
}

// Section 12.4.3.2: the extension's data is a struct with one vector in it, so the key has a length of its own. ts-mls writes and
// reads the bare key.
export async function groupInfoForJoiners(state, withTree, suite) {
    const external = await suite.hpke.deriveKeyPair(state.keySchedule.externalSecret);
    const key = await suite.hpke.exportPublicKey(external.publicKey);
    const extensions = [{ extensionType: "external_pub", extensionData: encode(varLenDataEncoder)(key) }];
    return withTree
        ? createGroupInfoWithRatchetTree(
              state.groupContext, state.confirmationTag, state, state.ratchetTree, extensions, suite)
        : createGroupInfo(state.groupContext, state.confirmationTag, state, extensions, suite);
}

// The same on the reading side. The signature covers the extension as it came, so the key is unwrapped where it is used: a suite
// for one call whose importPublicKey takes the struct.
export function readingExternalPub(suite, groupInfo) {
    const sent = groupInfo.extensions.find((extension) => extension.extensionType === "external_pub").extensionData;
    const [key, length] = decodeVarLenData(sent, 0);
    if (length !== sent.length) {
        throw new Error("external_pub is not one HPKEPublicKey");
    }
    const importPublicKey = (bytes) => suite.hpke.importPublicKey(bytes === sent ? key : bytes);
    return { ...suite, hpke: { ...suite.hpke, importPublicKey } };
}
