import '@testing-library/jest-dom';

// Whole pages are rendered and operated; on a busy machine that takes a while.
jest.setTimeout(30_000);

// Pages remember there which tenant was looked at last.
afterEach(() => window.sessionStorage.clear());
