// Every key, every log and every record of the server's store, as one table. Nothing else in the program spells a key.
//
// How to read it: a key is its table's byte and then the parts, each of a fixed size, integers big-endian, so that keys of
// one table sort by their parts. No part is ever a plaintext name: names enter as SHA-256 digests or random ids. Logs are
// named the same way; the store keeps them apart from keys, so a log may use the byte of a table.
//
// How to change it: take a new byte for a new or changed record, never reuse one, and write the row here and in
// docs/storage-format.md in the same change.
#pragma once

#include "storage/kv/key.hpp"
#include "storage/kv/write_batch.hpp"

#include <cstdint>

namespace serai::storage::kv::keyspace {

// The first byte of a key or log name.
using Table = std::uint8_t;

// space    | byte | key parts                                   | record                              | owner
// ---------+------+---------------------------------------------+-------------------------------------+---------------
// state    | 0x01 | -                                           | TreeHead of the audit log           | audit/audit_log
// state    | 0x02 | -                                           | TreeHead that was last signed       | audit/audit_log
// state    | 0x03 | u8 tile level, u64 tile                     | 256 hashes of 32 bytes              | audit/audit_log
// state    | 0x04 | u8 scope, id[32], u64 first counter         | leaf indices, u64 each, dense       | audit/audit_log
// state    | 0x05 | once key[32]                                | u64 leaf index                      | audit/audit_log
// state    | 0x06 | u64 leaf index of a governance leaf         | nothing                             | audit/audit_log
// state    | 0x07 | u64 row, rising                             | VerdictRow                          | commit/request_window
// state    | 0x10 | group id[32]                                | Founding                            | repo/channels
// state    | 0x11 | group id[32]                                | PublicGroup::save                   | repo/channels
// state    | 0x12 | group id[32], u32 node index                | TreeNode (RFC 9420, 7.1), not blank | repo/channels
// state    | 0x13 | group id[32], device key[32]                | Member                              | repo/channels
// state    | 0x14 | group id[32], device key[32]                | ReadableRange                       | repo/channels
// state    | 0x15 | device key[32], group id[32]                | nothing; while it is a member       | repo/channels
// state    | 0x16 | group id[32], u64 leaf index                | PendingRow                          | repo/channels
// state    | 0x17 | group id[32], u64 epoch, u32 part           | TreeRow                             | repo/channels
// state    | 0x18 | group id[32], u64 epoch, device key[32]     | nothing; until it took its Welcome  | repo/channels
// state    | 0x19 | group id[32]                                | LastCommit                          | repo/channels
// state    | 0x1a | group id[32], u64 record number             | ProposalRow, of this epoch          | repo/channels
// state    | 0x1b | group id[32]                                | GroupInfoRow, of this epoch         | repo/channels
// state    | 0x1c | group id[32], device key[32]                | KnownEpochs                         | repo/channels
// state    | 0x20 | device key[32], u64 sequence                | MailboxItem                         | repo/mailbox
// state    | 0x21 | person key[32], device key[32], u64 leaf    | KeyPackageRow                       | repo/directory
//          |      | index, u16 place                            |                                     |
// state    | 0x22 | person key[32], device key[32]              | KeyPackageRow, of last resort       | repo/directory
// state    | 0x30 | object id[16]                               | Upload                              | repo/documents
// state    | 0x31 | document id[16], u32 version                | Version                             | repo/documents
// state    | 0x32 | document id[16]                             | group id[32]                        | repo/documents
// state    | 0x33 | object id[16], once it is sealed            | document id[16], u32 version        | repo/documents
// state    | 0x34 | SHA-256 of a grant's token                  | GrantState                          | repo/documents
// state    | 0x35 | u64 leaf index of an opening                | AccessRow                           | repo/documents
// state    | 0x40 | SHA-256 of the trust domain, SHA-256 of the | CrlRow, the newest                  | repo/network
//          |      | issuer's Name                               |                                     |
// state    | 0x41 | SHA-256 of a certificate                    | u64 leaf index                      | repo/network
// state    | 0x42 | source[32], u64 hour, SHA-256 of the reason | RefusalRow                          | repo/network
// openings | 0x01 | u64 leaf index                              | Opening                             | audit/audit_log
// log      | 0x01 | -                                           | Leaf, 74 bytes                      | audit/audit_log
// log      | 0x02 | group id[32]                                | RecordEntry                         | repo/channels

inline constexpr Table kTreeHead = 0x01;
inline constexpr Table kSignedHead = 0x02;
inline constexpr Table kTile = 0x03;
inline constexpr Table kSequence = 0x04;
inline constexpr Table kOnce = 0x05;
inline constexpr Table kGovernance = 0x06;
inline constexpr Table kVerdict = 0x07;
inline constexpr Table kFounding = 0x10;
inline constexpr Table kGroupState = 0x11;
inline constexpr Table kGroupNode = 0x12;
inline constexpr Table kMember = 0x13;
inline constexpr Table kReadable = 0x14;
inline constexpr Table kDeviceChannel = 0x15;
inline constexpr Table kPendingAct = 0x16;
inline constexpr Table kTreePart = 0x17;
inline constexpr Table kTreeWaiter = 0x18;
inline constexpr Table kLastCommit = 0x19;
inline constexpr Table kProposal = 0x1a;
inline constexpr Table kGroupInfo = 0x1b;
inline constexpr Table kKnownEpochs = 0x1c;
inline constexpr Table kMailbox = 0x20;
inline constexpr Table kKeyPackage = 0x21;
inline constexpr Table kLastResort = 0x22;
inline constexpr Table kUpload = 0x30;
inline constexpr Table kVersion = 0x31;
inline constexpr Table kDocument = 0x32;
inline constexpr Table kSealedObject = 0x33;
inline constexpr Table kGrant = 0x34;
inline constexpr Table kAccess = 0x35;
inline constexpr Table kCrl = 0x40;
inline constexpr Table kCertificate = 0x41;
inline constexpr Table kRefusal = 0x42;

// In space openings.
inline constexpr Table kOpening = 0x01;

// Logs.
inline constexpr Table kLeavesLog = 0x01;
inline constexpr Table kRecordsLog = 0x02;

}  // namespace serai::storage::kv::keyspace
