/**
 * Objects for the long term: a bucket on Cloudflare, a directory where workerd runs alone. Keys are paths of
 * harmless characters; an object is written whole or not at all.
 */

export interface Archive {
  /** Writes an object, in the place of one with the same key. */
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** Null where there is none. */
  get(key: string): Promise<Uint8Array | null>;
  /** Removes an object; none is none. */
  remove(key: string): Promise<void>;
  /** The keys below a folder, which ends with a slash, in order. */
  list(folder: string): Promise<string[]>;
}

export interface ArchiveBindings {
  /** On Cloudflare. */
  ARCHIVE?: R2Bucket;
  /** workerd's writable disk service. */
  ARCHIVE_DISK?: Fetcher;
}

/** The archive of this instance; null where none is bound. */
export function archiveOf({ ARCHIVE, ARCHIVE_DISK }: ArchiveBindings): Archive | null {
  // The disk first: what runs alone has no bucket, whatever a binding looks like there.
  if (ARCHIVE_DISK) return diskArchive(ARCHIVE_DISK);
  return ARCHIVE ? bucketArchive(ARCHIVE) : null;
}

function bucketArchive(bucket: R2Bucket): Archive {
  return {
    put: async (key, body) => {
      await bucket.put(key, body);
    },
    get: async (key) => {
      const object = await bucket.get(key);
      return object && new Uint8Array(await object.arrayBuffer());
    },
    remove: (key) => bucket.delete(key),
    list: async (folder) => {
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await bucket.list({ prefix: folder, cursor });
        keys.push(...page.objects.map(({ key }) => key));
        cursor = page.truncated ? page.cursor : undefined;
      } while (cursor !== undefined);
      return keys;
    },
  };
}

function diskArchive(disk: Fetcher): Archive {
  const at = (key: string) => `http://disk/${key}`;
  return {
    put: async (key, body) => {
      const response = await disk.fetch(at(key), { method: "PUT", body });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`archive: ${response.status} at a write`);
    },
    get: async (key) => {
      const response = await disk.fetch(at(key));
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await response.body?.cancel();
      if (response.status === 404) return null;
      throw new Error(`archive: ${response.status} at a read`);
    },
    remove: async (key) => {
      const response = await disk.fetch(at(key), { method: "DELETE" });
      await response.body?.cancel();
      if (!response.ok && response.status !== 404) throw new Error(`archive: ${response.status} at a removal`);
    },
    list: async (folder) => {
      const keys: string[] = [];
      const folders = [folder];
      for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
        const response = await disk.fetch(at(next));
        if (!response.ok) {
          await response.body?.cancel();
          if (response.status === 404) continue;
          throw new Error(`archive: ${response.status} at a list`);
        }
        for (const { name, type } of (await response.json()) as { name: string; type: string }[]) {
          if (type === "directory") folders.push(`${next}${name}/`);
          else keys.push(`${next}${name}`);
        }
      }
      return keys.sort();
    },
  };
}
