import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Whole pages are rendered and operated; on a busy machine that takes a while.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 10_000 });

// jsdom's files have no such method, which browsers have.
File.prototype.text = function text(this: File) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsText(this);
  });
};

afterEach(() => {
  // Pages remember there which tenant was looked at last.
  window.sessionStorage.clear();
  jest.restoreAllMocks();
});
