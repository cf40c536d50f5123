/**
 * Extension points of the Microsoft 365 license manager.
 *
 * @packageDocumentation
 */
import { createExtensionPoint } from '@backstage/backend-plugin-api';

/**
 * Something that a person is told about their licenses.
 *
 * @public
 */
export interface LicenseMessage {
  /** Entity refs of the people. */
  recipients: string[];
  title: string;
  description: string;
  /** The page of the portal to go to; without the portal's address. */
  link: string;
  /** Messages of one topic replace each other, for example a reminder the question. */
  topic: string;
}

/**
 * A way to reach people besides Backstage's notifications, for example a chat.
 *
 * @public
 */
export interface Messenger {
  /** For logs, for example `teams`. */
  id: string;
  /** @throws where nobody could be told; Backstage's notifications go out all the same */
  send(message: LicenseMessage): Promise<void>;
}

/**
 * Where modules add what they bring.
 *
 * @public
 */
export interface MessengersExtensionPoint {
  addMessenger(messenger: Messenger): void;
}

/**
 * Adds ways to reach people who are asked whether they still need a license.
 *
 * @public
 */
export const messengersExtensionPoint =
  createExtensionPoint<MessengersExtensionPoint>({
    id: 'm365-licenses.messengers',
  });
