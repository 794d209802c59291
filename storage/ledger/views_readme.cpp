// The text that lies beside the views on disk. Whoever reads it may have nothing else of ours.
#include "storage/ledger/views.hpp"

#include "storage/ledger/view_text.hpp"

namespace ppn::views {

namespace {

constexpr std::string_view what_this_is = R"(
What this is
------------
A fleet is a group of computers under one operator. Its ledger is the list of everything that was
decided about it and everything that happened to it: numbered entries, beginning with number 0, that
are only ever added. The files here are copies of it for reading. They are made from the ledger again
and again; the same ledger always gives exactly the same files. Editing one of them changes nothing.

All files are text in UTF-8 without a byte order mark. Lines end with a line feed (octet 10) alone.
Times are UTC as in 2025-12-31T23:59:59.000Z (RFC 3339). Keys, ids and digests are hexadecimal in
lower case. "index" is always the number of an entry. All times are those of the computer that wrote
the entry, whose clock may have been wrong: the index gives the order, the time does not.
)";

constexpr std::string_view formats = R"(
Formats
-------
.jsonl  One JSON object (RFC 8259) on each line. Whole numbers may be as large as 2^63 - 1.
.csv    RFC 4180: cells are divided by commas; a cell with a comma, a double quote or a space at one
        end stands in double quotes, and a double quote inside of it is doubled. The first line names
        the columns. An empty cell means "none" or an empty text. A cell that begins with = + - @ or
        an apostrophe has one apostrophe more in front of it, because spreadsheet programs would
        calculate it otherwise: take one apostrophe away to get the value.
.yaml   A YAML list (1.1 and 1.2), one item for each entry. All texts are in double quotes. An
        exported ledger ends with a line of three dots; without it the file is not whole.
)";

constexpr std::string_view entry_files = R"(
The entries: ledger.jsonl, ledger.csv, ledger.yaml
--------------------------------------------------
Each has the same columns, or keys:

index          the entry's number
when           when it was written
term           counts the changes of the computer that writes the ledger
kind           what sort of entry it is: see below
who            who gave the order: admin:<first 16 digits of the administrator's key>,
               node:<first 16 digits of a computer's key> for one that acted by itself, or
               uid:<number>@<the same> for a user with that number on that computer
subject        whom or what it is about
why            the reason that was given, or the remark
id             identifies the order, 16 octets
supersedes     the id of an earlier order that this one corrects
admin          the key (Ed25519) of the administrator who signed the order, if one had to
previous_size  how many entries the ledger had, as far as that administrator knew when signing
details        everything else: the author's whole key, the administrator's signature ("proof") and
               the fields of the kind; in the .csv as JSON

An entry that the program that made this file could not read has the kind "undecodable" and only
these details: its length in octets, and its leaf hash, which is SHA-256 over one octet 0 and the entry.
)";

constexpr std::string_view kinds = R"(
Kinds of entries
----------------
The first eleven count only with an administrator's signature.

genesis                 the fleet was founded; the fleet's id is made from this order
member-added            a computer joined or its record changed, with its keys
member-removed          a computer left for good
admin-added             another administrator's key counts from here on
admin-removed           an administrator's key counts no longer
role-given              a computer became the controller, which writes the ledger, or the hub;
                        "taken_over" when the one before it was not there to agree, and then
                        "old_size" and "old_root" tell what was known of its ledger
witnesses-named         the computers that confirm that nothing is taken from the ledger
acknowledgement-chosen  how many copies of an entry there must be before it counts as done: local
                        (one), one (one more, when there is another computer), majority
posture-set             who owns a computer: onprem (the operator), leased, cloud
grant-issued            somebody may do something: rights over a resource of a type ("*": all of them)
grant-revoked           and may not any more
member-evicted          a computer was silent for too long and was taken out of the pool; "doubted"
                        when the controller had reason to think that it was itself cut off
member-returned         it was heard again, as often as "times" says
node-started            a computer's program began to run: "run" counts these, "boot" changes with
                        each start of the computer itself
noted                   a remark
document-filed          a document that is kept elsewhere, with its SHA-256
)";

constexpr std::string_view registers = R"(
The registers: how things stand after the last entry
----------------------------------------------------
nodes.jsonl   The computers that run guests: id (the Ed25519 key they are known by), name, address
              on the fleet's own network, port, posture, reserved (takes guests only by name),
              labels, roles (controller, hub, witness), evicted (now out of the pool), evictions (how
              often so far), changed_index (the entry that last changed it), and further keys: of the
              signature under the ledger (log_key) and under the ledgers of others (witness_key),
              certified by the first key.
members.csv   The same computers and the operators' own (kind "operator"), without the further keys.
grants.yaml   Who may do what: serial, type and name of the resource ("*": all of the type), rights
              (read, write, invoke, grant, revoke), holder and issuer (keys), when it was issued and
              when it ends (null: never), the ledger's size and root hash as the issuer knew them
              (anchor), and the entries that issued and revoked it (null: it is in force).
guests.csv    Virtual machines: id, name, type, node it runs on, state, ram, vcpus, disk, entity, and
              the entry since which this has been so.
)";

constexpr std::string_view proof = R"(
How to check that nothing was changed
-------------------------------------
These files prove nothing; the ledger does. Its entries are the leaves of a Merkle tree (RFC 6962,
SHA-256). Beside these files, or with whoever keeps the ledger, are the tree and the entries as tiles
(C2SP tlog-tiles) and signed checkpoints (C2SP tlog-checkpoint) with the origin above: the checkpoint
gives the number of entries and the root hash, the tiles give the octets of each entry. An entry is
a Cap'n Proto message of one segment in canonical form; it holds the order's octets, and those are
what an administrator's signature covers, after the text "ppn-authority/1" and a line feed, the
fleet's id (16 octets, all zero for the genesis order), and previous_size (8 octets, the highest first).
)";

} // namespace

std::string views_readme(std::string_view origin) {
  std::string out = "Ledger of " + screen_text(origin) + "\n";
  for (std::string_view part : {what_this_is, formats, entry_files, kinds, registers, proof})
    out += part;
  return out;
}

} // namespace ppn::views
