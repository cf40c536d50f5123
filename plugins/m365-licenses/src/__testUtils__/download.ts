/**
 * Catches the file that an export hands to the browser, until the end of the
 * test.
 *
 * @returns what was written, as text, and the names of the files
 */
export function interceptDownload() {
  const parts: BlobPart[] = [];
  const fileNames: string[] = [];
  const { Blob: RealBlob } = global;
  jest.spyOn(global, 'Blob').mockImplementation((content = []) => {
    parts.push(...content);
    return new RealBlob();
  });
  jest
    .spyOn(HTMLAnchorElement.prototype, 'click')
    .mockImplementation(function click(this: HTMLAnchorElement) {
      fileNames.push(this.download);
    });
  URL.createObjectURL = () => 'blob:export';
  URL.revokeObjectURL = () => {};
  return Object.assign(() => parts.join(''), { fileNames });
}
